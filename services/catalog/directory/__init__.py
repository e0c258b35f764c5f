"""Who there is: agencies and their teams, townships, and the headings of the menu."""
