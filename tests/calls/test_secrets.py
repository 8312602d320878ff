"""Secrets, variables and targets: resolved when sent, refused when missing, and never where others read."""

import json

import psycopg
import pytest

SECRET = "sk_live_0123456789abcdef"


def set_secret(world, name="service_key", value=SECRET):
    world.one("select pyorch.set_secret(%s, %s)", name, value)


def test_headers_name_secrets_and_the_transport_gets_their_values(world):
    set_secret(world)
    world.scraper(headers={"Authorization": "Bearer {{service_key}}", "apikey": "{{ service_key }}"})
    world.tick()
    (call,) = world.take()
    assert call["headers"]["Authorization"] == f"Bearer {SECRET}"
    assert call["headers"]["apikey"] == SECRET


def test_a_missing_secret_refuses_the_call_once_and_says_so(world):
    world.scraper(headers={"apikey": "{{service_key}}"})
    for _ in range(3):
        assert world.tick() == []
    (call,) = world.calls()
    assert (call["outcome"], call["sent_at"]) == ("refused", None)
    assert call["error"] == 'secret "service_key" is not set'
    assert [h["evidence"] for h in world.health("endpoint_refused")] == [call["error"]]
    # refused costs no slot, no attempt and no breaker count
    set_secret(world)
    assert world.tick() == ["scrape"]
    assert world.health("endpoint_refused") == []
    assert world.status("scrape")["failures_in_row"] == 0


def test_another_reason_is_recorded_again(world):
    world.scraper(headers={"apikey": "{{a}}"})
    world.tick()
    world.scraper(headers={"apikey": "{{b}}"})
    world.tick()
    assert [c["error"] for c in world.calls()] == ['secret "a" is not set', 'secret "b" is not set']


def test_a_secret_that_is_dropped_after_the_decision_refuses_the_call_at_its_hand_over(world):
    set_secret(world)
    world.scraper(headers={"apikey": "{{service_key}}"})
    world.tick()
    world.one("select pyorch.drop_secret('service_key')")
    assert world.take() == []
    assert [c["outcome"] for c in world.calls()] == ["refused"]


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "a\x00"[:1] + "\x01", "tab\there"])
def test_a_line_break_in_a_header_refuses_the_call(world, value):
    world.db.execute("insert into pyorch.secret values ('service_key', %s, now())", [value])
    world.scraper(headers={"apikey": "{{service_key}}"})
    if value == "tab\there":
        assert world.tick() == ["scrape"]
        return
    assert world.tick() == []
    assert "line break" in world.calls()[0]["error"]


def test_variables_go_into_url_headers_and_body(world):
    world.one("select pyorch.set_variable('functions_url', 'https://abc.supabase.co/functions/v1')")
    world.queue(items=3)
    world.processor(
        url="{{functions_url}}/work?n={{batch_size}}",
        headers={"X-Queue": "{{queue}}/{{batch_size}}"},
        body={
            "queue": "{{queue}}",
            "n": "{{batch_size}}",
            "text": "n={{batch_size}}",
            "id": "{{call_id}}",
            "run": "{{run_id}}",
        },
    )
    world.beat()
    world.dispatch(run_id=9)
    (call,) = world.take()
    assert call["url"] == "https://abc.supabase.co/functions/v1/work?n=10"
    assert call["headers"]["X-Queue"] == "work/10"
    body = json.loads(call["body"])
    assert body == {"queue": "work", "n": 10, "text": "n=10", "id": call["call_id"], "run": 9}


def test_a_value_cannot_break_out_of_a_json_string(world):
    value = 'a", "admin": true, "x": "\\'
    world.one("select pyorch.set_variable('v', %s)", value)
    world.scraper(body={"v": "{{v}}"})
    world.tick()
    assert json.loads(world.take()[0]["body"]) == {"v": value}


def test_a_missing_variable_refuses_the_call(world):
    world.scraper(url="{{functions_url}}/x")
    assert world.tick() == []
    assert world.calls()[0]["error"] == 'variable "functions_url" is not set'


def test_a_secret_is_for_headers_alone(world):
    set_secret(world)
    world.scraper(body={"key": "{{service_key}}"})
    assert world.tick() == []
    assert world.calls()[0]["error"] == 'variable "service_key" is not set'


def test_a_variable_that_leads_to_a_private_address_refuses_the_call(world):
    world.one("select pyorch.set_variable('functions_url', 'http://169.254.169.254')")
    world.scraper(url="{{functions_url}}/latest/meta-data", allow_http=True)
    assert world.tick() == []
    assert "private address" in world.calls()[0]["error"]


def test_no_secret_stands_in_the_ledger_even_when_an_endpoint_echoes_it(world):
    set_secret(world)
    world.scraper(headers={"apikey": "{{service_key}}"})
    world.tick()
    world.send(200, head=f'{{"you sent": "{SECRET}", "padding": "{"x" * 145}{SECRET}')
    head = world.calls()[0]["answer_head"]
    assert SECRET not in head and SECRET[:10] not in head and "***" in head
    dump = world.rows("select * from pyorch.call_history") + world.rows("select * from pyorch.endpoint_state")
    assert SECRET not in str(dump)


def test_the_answers_head_is_safe_against_binary(world):
    world.scraper()
    world.tick()
    world.send(200, head=b"ok\x00\xff\xfe\x1b[31m" + b"x" * 500)
    head = world.calls()[0]["answer_head"]
    assert head.startswith("ok\ufffd\ufffd\ufffd\ufffd[31mxxx")


@pytest.mark.parametrize("role", ["pyorch_worker", "pyorch_viewer", "pyorch_operator", "a_stranger"])
def test_nobody_but_admins_gets_at_a_secret_a_header_or_a_body(world, connect, role):
    set_secret(world)
    world.scraper(headers={"apikey": "{{service_key}}"}, body={"private": "body"})
    world.tick()
    if role == "a_stranger":
        world.db.execute("do $$ begin create role a_stranger; exception when duplicate_object then null; end $$")
    session = connect()
    session.execute(f"set role {role}")
    for query in (
        "select * from pyorch.secret",
        "select * from pyorch.endpoint",
        "select * from pyorch.call",
        "select * from pyorch.call_history",
        "select * from pyorch._take_calls(gen_random_uuid(), 10)",
        "select pyorch._request(1)",
        "select pyorch._secret_value('service_key')",
        "select * from pyorch._call_requests(array[1::bigint], now())",
        "select * from pyorch._direct_call('scrape')",
        "select pyorch._mask(1, 'x')",
        "select pyorch._agent_beat(gen_random_uuid(), '{}')",
        "select pyorch._report_calls(null, '[]')",
        "select pyorch._dispatch('scraper', null, null)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(query)
    if role in ("pyorch_viewer", "a_stranger"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("select pyorch.trigger('scrape')")
    if role != "a_stranger" and role != "pyorch_worker":
        log = session.execute("select call_log::text from pyorch.call_log").fetchall()
        assert SECRET not in str(log) and "private" not in str(log)


def vault(world):
    """Something shaped like Supabase Vault."""
    world.db.execute("""
        create schema vault;
        create table vault.secrets (id uuid primary key default gen_random_uuid(), name text unique, secret text);
        create view vault.decrypted_secrets as select id, name, secret as decrypted_secret from vault.secrets;
        create function vault.create_secret(new_secret text, new_name text default null)
          returns uuid language sql as 'insert into vault.secrets (name, secret) values ($2, $1) returning id';
        create function vault.update_secret(secret_id uuid, new_secret text default null, new_name text default null)
          returns void language sql as 'update vault.secrets set secret = $2 where id = $1';
    """)


def test_with_vault_secrets_are_kept_there_and_nowhere_else(world):
    vault(world)
    set_secret(world, value="first-value")
    set_secret(world)
    assert world.one("select count(*) from pyorch.secret") == 0
    assert world.rows("select name, secret from vault.secrets") == [{"name": "service_key", "secret": SECRET}]
    world.scraper(headers={"apikey": "{{service_key}}"})
    world.tick()
    assert world.take()[0]["headers"]["apikey"] == SECRET
    assert [r["kept_in"] for r in world.rows("select * from pyorch.secret_names()")] == ["vault"]
    world.one("select pyorch.drop_secret('service_key')")
    assert world.one("select count(*) from vault.secrets") == 0


def test_a_null_secret_in_vault_refuses_the_call(world):
    vault(world)
    world.db.execute("insert into vault.secrets (name, secret) values ('service_key', null)")
    world.scraper(headers={"apikey": "{{service_key}}"})
    assert world.tick() == []
    assert world.calls()[0]["outcome"] == "refused"


def test_what_pg_net_does_not_let_us_do_is_advised_as_grants(world):
    world.scraper()
    world.db.execute(
        "update pyorch.endpoint_state set refused_why = 'pg_net does not take it: permission denied for sequence x'"
    )
    (found,) = world.health("endpoint_refused")
    grants = [part for part in found["advice"].split("; ") if part.startswith("grant ")]
    world.db.execute("create schema if not exists net")
    for grant in grants:
        world.db.execute(grant.encode())
    assert len(grants) == 4 and found["advice"].endswith("or start one: pyorch agent")
