"""Opinions on a draft of the menu (征求意见): asked for, given, and each answered in writing."""
