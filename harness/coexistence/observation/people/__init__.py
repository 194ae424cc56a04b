"""Between people: messages, presence, contact lists, address book, chat, policies."""
