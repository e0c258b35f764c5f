"""What the cells of a form must be, and answers about forms."""
