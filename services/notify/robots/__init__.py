"""Robots that speak in a group's chat: WeCom (企业微信) and DingTalk (钉钉)."""
