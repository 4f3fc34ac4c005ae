"""The models that the settings name: opened, measured on this machine, and told of."""
