"""Service windows of agencies (窗口): what they are for, their posts, who holds a post when, and what they pledge."""
