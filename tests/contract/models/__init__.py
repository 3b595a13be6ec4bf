"""What every model adapter promises."""
