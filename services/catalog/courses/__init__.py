"""Courses (培训): sessions, places, attendance, a test with its certificate, and records of training."""
