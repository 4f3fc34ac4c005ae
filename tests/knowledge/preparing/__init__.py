"""The process that cuts and analyses."""
