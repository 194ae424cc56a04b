"""Steps of the guide that one deployment needs, as operations on its own objects."""
