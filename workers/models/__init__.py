"""Language models behind one streaming method."""
