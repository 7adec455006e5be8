"""What is shipped, and whether it works away from the checkout."""
