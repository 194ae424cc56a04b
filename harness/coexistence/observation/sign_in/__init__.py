"""Sign-in: discovery, authentication, admission, registration and its end."""
