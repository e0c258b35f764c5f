"""What happens at a stop and somebody has to know: noted on the day, seen to by the corps."""
