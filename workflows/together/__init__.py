"""Several systems together: who should speak, photo by photo."""
