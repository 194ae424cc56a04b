"""Voice: calls, trunks, Call Park, Response Groups, voicemail, applications."""
