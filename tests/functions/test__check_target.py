"""pyorch._check_target: what may be called. Any spelling of a private address is refused, as clients would read it."""

import pytest


def why(db, url, http=False, private=False):
    return db.execute("select pyorch._check_target(%s, %s, %s)", [url, http, private]).fetchone()[0]


@pytest.mark.parametrize(
    "url",
    ["https://api.example.com", "https://api.example.com:8443/x?y=1#z", "HTTPS://API.Example.com/", "https://1.1.1.1/",
     "https://[2606:4700:4700::1111]/", "https://xn--bcher-kva.example/", "https://a_b.example.com",
     "https://example.com/@user", "https://172.32.0.1", "https://999.999.999.999"],
)  # fmt: skip
def test_a_public_https_url_may_be_called(db, url):
    assert why(db, url) is None


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0",
     "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0xa9fea9fe",
     "2852039166", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "localhost",
     "LocalHost", "a.localhost", "localhost.", "127.0.0.1.", "metadata.google.internal", "[::1]", "[::]",
     "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
     "[::127.0.0.1]", "[64:ff9b::169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[:::1]"],
)  # fmt: skip
def test_a_private_address_is_refused_in_every_spelling(db, host):
    assert "private" in why(db, f"https://{host}/x")
    assert "private" in why(db, f"https://{host}:8080/x")
    assert why(db, f"https://{host}/x", private=True) is None


def test_http_needs_an_option_of_its_own(db):
    assert "allow_http" in why(db, "http://api.example.com")
    assert why(db, "http://api.example.com", http=True) is None


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com", "example.com", "", "file:///etc/passwd", "//example.com", "https://", "https:///x",
     "https://user:pw@example.com", "https://example.com\\@evil.example", "https://exa mple.com",
     "https://example.com\r\nX: y",
     "https://ex%61mple.com", "https://①②⑦.0.0.1", "https://exämple.com", "https://[fe80::1%25eth0]/"],
)  # fmt: skip
def test_what_clients_read_in_different_ways_is_refused(db, url):
    assert why(db, url, http=True, private=True) is not None


def test_only_listed_hosts_may_be_called_once_there_is_a_list(db):
    db.execute('select pyorch.configure(\'{"allowed_hosts": ["api.example.com", "*.supabase.co"]}\')')
    assert why(db, "https://api.example.com/x") is None
    assert why(db, "https://abc.supabase.co/x") is None
    assert "allowed_hosts" in why(db, "https://supabase.co/x")
    assert "allowed_hosts" in why(db, "https://evilsupabase.co/x")
    assert "allowed_hosts" in why(db, "https://evil.com/x?api.example.com")
    assert "allowed_hosts" in why(db, "https://api.example.com.evil.com/")
