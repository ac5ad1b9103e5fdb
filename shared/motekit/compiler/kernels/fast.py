"""Weight layouts and kernels for particular cores. See `plain` for what they fall back on."""
