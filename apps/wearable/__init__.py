"""Heart rate, heart-rate variability, irregular rhythm, activity and sleep on a wrist."""
