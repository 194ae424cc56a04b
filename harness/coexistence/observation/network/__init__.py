"""Ways through the network: names, Edge Servers, federation, XMPP, remote access."""
