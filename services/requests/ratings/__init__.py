"""What residents think of a booth, by the code on its sign; and what is followed up of what was judged poorly."""
