"""Plans: computed in runs, compared and changed as candidates, published."""
