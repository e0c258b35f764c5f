"""How one entry takes the place of another: of a township, an agency, a team or a volunteer."""
