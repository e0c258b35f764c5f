"""notify: everyone who must know, knows (通知)."""
