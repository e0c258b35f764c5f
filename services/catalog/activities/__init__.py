"""Activities and ceremonies of the corps: dated events with an order of the day, registration and attendance."""
