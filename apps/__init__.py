"""The reference applications, one folder each."""
