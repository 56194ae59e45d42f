"""The widgets of the workbench, each drawing one thing."""
