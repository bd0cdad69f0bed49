"""What surrounds every page: navigation, session, link, header, the server's shared objects."""
