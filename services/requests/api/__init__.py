"""requests' doors."""
