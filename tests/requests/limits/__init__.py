"""Tests of limits of ordering."""
