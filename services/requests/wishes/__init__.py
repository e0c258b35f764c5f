"""Wishes (心愿): what townships need and the menu lacks; gathered with others like them, answered together."""
