"""Skills that change at run time, on both databases."""
