"""What every channel must do, over the real client libraries."""
