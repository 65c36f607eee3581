"""Statistical methods: arrays in, arrays out, each citing its paper. Knows nothing of the rest of the project."""
