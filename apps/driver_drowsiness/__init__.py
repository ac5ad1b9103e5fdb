"""Driver drowsiness: eye state, blinks and PERCLOS from a camera, on the device: no image leaves it."""
