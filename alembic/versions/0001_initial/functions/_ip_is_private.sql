-- pyorch._ip_is_private(inet)
-- Whether an address is not of the public internet: private, loopback, link-local, shared,
-- reserved, multicast; also where an IPv6 address carries such an IPv4 one (mapped, compatible,
-- NAT64). Tunnels (6to4, Teredo) count as private altogether.
create or replace function pyorch._ip_is_private(p_address inet)
  returns boolean
  language sql
  immutable
  parallel safe
  strict
  security invoker
  set search_path = pg_catalog, pg_temp
as $$
  with carried (address) as (
    select p_address
    union all
    select '0.0.0.0'::inet + (p_address - prefix.net)
      from (values ('::'::inet), ('::ffff:0:0'), ('64:ff9b::')) prefix (net)
     where pg_catalog.family(p_address) = 6
       and p_address <<= pg_catalog.set_masklen(prefix.net, 96)
  )
  select coalesce(pg_catalog.bool_or(c.address <<= r.net), false)
    from carried c
    join (values
      ('0.0.0.0/8'::inet), ('10.0.0.0/8'), ('100.64.0.0/10'), ('127.0.0.0/8'), ('169.254.0.0/16'),
      ('172.16.0.0/12'), ('192.0.0.0/24'), ('192.168.0.0/16'), ('198.18.0.0/15'), ('224.0.0.0/4'),
      ('240.0.0.0/4'), ('::/128'), ('::1/128'), ('64:ff9b:1::/48'), ('fc00::/7'), ('fe80::/10'),
        ('fec0::/10'),
      ('ff00::/8'), ('2002::/16'), ('2001::/32')
    ) r (net) on pg_catalog.family(r.net) = pg_catalog.family(c.address);
$$;

comment on function pyorch._ip_is_private(inet) is
  'Whether an address is private, loopback, link-local, reserved, or carries such a one.';

revoke all on function pyorch._ip_is_private(inet) from public;
