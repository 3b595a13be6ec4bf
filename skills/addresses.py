"""Tells addresses of the public internet from those that a skill must never reach."""

import ipaddress
from typing import Final

# Each of these passes `ipaddress`'s own judgement in some Python 3.11 release, and none is a host
# of the public internet: https://www.iana.org/assignments/iana-ipv6-special-registry and -ipv4-.
REFUSED_NETWORKS: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo and other tunnels: the IPv4 address inside could be private
        "2002::/16",  # 6to4: the same
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Return whether an IPv4 or IPv6 address belongs to the public internet.

    Raises:
        ValueError: `address` is not an address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])  # the rest is the zone of a link-local one
    # Only 2000::/3 is handed out: this leaves out ::1, IPv4 in IPv6 (::ffff:0:0/96), NAT64
    # (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local, site-local and multicast.
    if isinstance(ip, ipaddress.IPv6Address) and ip not in GLOBAL_UNICAST:
        return False
    if any(ip in network for network in REFUSED_NETWORKS if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
