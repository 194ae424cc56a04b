"""Administration: who may open and change what, with which tools."""
