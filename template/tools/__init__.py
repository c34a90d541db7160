"""What keeps this repository in step with the template that it was made from."""
