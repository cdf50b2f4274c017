"""Parts of an IP address: as much of it as counters and logs need, never the whole of an IPv6 one."""

import ipaddress


def ip_key(ip: str | None) -> str:
    """One visitor as far as an IP identifies them: IPv4, or the /64 that an IPv6 visitor is given."""
    return _prefix(ip, 32, 64)


def network_key(ip: str | None) -> str:
    """Their neighbors as well: the /24, or the /48."""
    return _prefix(ip, 24, 48)


def _prefix(ip: str | None, v4: int, v6: int) -> str:
    try:
        ip_address = ipaddress.ip_address(ip or "")
    except ValueError:
        return "unknown"
    if isinstance(ip_address, ipaddress.IPv6Address) and ip_address.ipv4_mapped:
        ip_address = ip_address.ipv4_mapped
    return str(ipaddress.ip_network((ip_address, v4 if ip_address.version == 4 else v6), strict=False))
