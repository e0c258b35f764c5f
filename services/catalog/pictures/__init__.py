"""Pictures of service items: checked by content, shown on menus, frozen with editions."""
