// Placeholder replaced with the noise generator.
