"""What runs: settings, commands, schedule, and the composition root."""
