"""`flowreel queue`: every verb for people and for machines, what is wrong with each, and jobs submitted twice."""

import json
import os
import re
import sqlite3
import subprocess
import time

import cli_program as cli

JOB = {"schema_version": 1, "id": "shot_010", "prompt": "a cat"}
STORE = ("--store", "sqlite:q.db")
DAY_MS = 86_400_000


class QueueTest(cli.ProgramTest):
    def job(self, name="job.json", **changes):
        (self.folder / name).write_text(json.dumps(JOB | changes))
        return name

    def jobs(self, *ids, name="jobs.jsonl", **changes):
        (self.folder / name).write_text("\n".join(json.dumps(JOB | {"id": i} | changes) for i in ids))
        return name

    def queue(self, verb, *arguments):
        """What it prints."""
        return self.succeed("queue", verb, *arguments, *STORE).out

    def lines(self, verb, *arguments):
        """What it prints for machines."""
        return [json.loads(line) for line in self.queue(verb, *arguments, "--json").splitlines()]

    def refused(self, code, texts, verb, *arguments):
        return self.assert_refused(code, texts, "queue", verb, *arguments, *STORE)

    def submit(self, *ids, **changes):
        return [row["id"] for row in self.lines("submit", self.jobs(*ids, **changes))]

    def edit(self, sql, *values):
        """What a worker or the time would have done. Python's SQLite must not be the last to close the log."""
        database = sqlite3.connect(self.folder / "q.db", isolation_level=None)
        self.addCleanup(database.close)
        database.execute(sql, values)

    def fail_job(self, number):
        self.edit("UPDATE flowreel_jobs SET state = 'failed' WHERE id = ?", number)

    def states(self):
        return [row["state"] for row in self.lines("list")]

    def assert_table(self, text):
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100, line)
            self.assertTrue(line.isprintable(), repr(line))
            self.assertEqual(line, line.rstrip())


class Submit(QueueTest):
    def test_a_table(self):
        out = self.queue("submit", self.jobs("a", "shot_010"))
        self.assertEqual(out, "ID  KEY       NOTE\n1   a         new\n2   shot_010  new\n")
        out = self.queue("submit", self.jobs("b", "a"))
        self.assertEqual(out, "ID  KEY  NOTE\n3   b    new\n1   a    was there already\n")

    def test_lines(self):
        self.assertEqual(self.lines("submit", self.job()), [{"id": 1, "key": "shot_010", "was_there": False}])
        self.assertEqual(self.lines("submit", self.job()), [{"id": 1, "key": "shot_010", "was_there": True}])

    def test_what_is_stored(self):
        job = self.job(model={"preset": "shapes@1"})
        terms = ("--priority", "-7", "--delay", "3600", "--needs", "gpu,big", "--needs-memory", "24.5")
        before = time.time() * 1000
        self.queue("submit", job, "--set", "seed=18446744073709551615", "--set", "sampling.steps=3", *terms)
        (row,) = self.lines("show", "shot_010")
        self.assertEqual(row["job"]["seed"], 2**64 - 1)
        self.assertEqual(row["job"]["sampling"]["steps"], 3)
        self.assertIn("num_frames", row["job"])  # of the preset
        self.assertEqual((row["priority"], row["needs"]), (-7, {"labels": ["gpu", "big"], "memory_gib": 24.5}))
        self.assertAlmostEqual(row["not_before_ms"], before + 3_600_000, delta=60_000)
        self.assertIn("in 59 min", self.queue("list"))

    def test_several_files(self):
        self.job("one.json", id="one")
        self.assertEqual(len(self.lines("submit", "one.json", self.jobs("a", "b"))), 3)
        self.refused(65, ['"one" comes twice'], "submit", "one.json", self.jobs("one", "two"))

    def test_an_error_stores_nothing(self):
        bad = self.jobs("a", "b", name="bad.jsonl", prompt=7)
        good = self.job()
        self.refused(65, ["bad.jsonl:1", "/prompt is 7"], "submit", good, bad)
        self.assertFalse((self.folder / "q.db").exists())
        self.submit("c")
        self.assert_refused(65, ["/prompt is 7"], "queue", "submit", good, bad, *STORE)
        self.assertEqual(len(self.lines("list")), 1)

    def test_a_conflict_stores_nothing(self):
        self.submit("a")
        self.refused(73, ['id "a"', "job 1", "expected a new id"], "submit", self.jobs("new", "a", prompt="a dog"))
        self.refused(73, ['id "a"'], "submit", self.jobs("a"), "--set", "seed=1")
        self.assertEqual(len(self.lines("list")), 1)

    def test_wrong_options(self):
        job = self.job()
        self.refused(66, ["nowhere.json"], "submit", "nowhere.json")
        self.refused(64, ["JOBS"], "submit")
        self.refused(64, ["--priority", '"high"'], "submit", job, "--priority", "high")
        self.refused(64, ["--priority", "4294967296"], "submit", job, "--priority", "4294967296")
        self.refused(64, ["--delay", "-1"], "submit", job, "--delay", "-1")
        self.refused(64, ["a year"], "submit", job, "--delay", "1e300")
        self.refused(64, ["label", '"a b"'], "submit", job, "--needs", "gpu,a b")
        self.refused(64, ["memory", "nan"], "submit", job, "--needs-memory", "nan")
        self.refused(64, ["--set"], "submit", job, "--set", "seed")
        self.refused(64, ["--set", "UTF-8"], "submit", job, "--set", b"prompt=\xff")
        self.refused(65, ["/width"], "submit", job, "--set", "width=" + "[" * 50_000 + "]" * 50_000)
        self.refused(64, ["--set", "16 keys"], "submit", job, "--set", "a." * 50_000 + "a=1")
        self.refused(65, ["/width is 0"], "submit", job, "--set", "width=0")

    # Case 30: one job by eight processes.
    def test_eight_at_once(self):
        """Also the queue itself is made by only one of them."""
        command = [cli.PROGRAM, "queue", "submit", self.job(), "--json", *STORE]
        running = [subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE) for _ in range(8)]
        answers = [json.loads(process.communicate(timeout=60)[0]) for process in running]
        self.assertEqual([process.returncode for process in running], [0] * 8)
        self.assertEqual({answer["id"] for answer in answers}, {1})
        self.assertEqual([answer["was_there"] for answer in answers].count(False), 1)


class Look(QueueTest):
    def test_a_table_of_jobs(self):
        self.submit("a", "b", "c")
        self.edit("UPDATE flowreel_jobs SET changed_ms = changed_ms - 181000 WHERE id = 1")
        self.fail_job(2)
        out = self.queue("list")
        self.assert_table(out)
        lines = out.splitlines()
        self.assertEqual(lines[0].split(), "ID KEY STATE SINCE PRIORITY TRIES NOTE".split())
        self.assertIn("3 min ago", lines[1])
        self.assertEqual([line.index(word) for line, word in zip(lines, ("STATE", "queued", "failed", "queued"))],
                         [lines[0].index("STATE")] * 4)

    def test_a_table_is_not_wider_than_the_screen(self):
        self.submit("n" * 128, "b")
        self.edit("UPDATE flowreel_jobs SET state = 'failed', failure_kind = 'transient', failure_exit_code = 74, "
                  "failure_message = ? WHERE id = 1", "the \x1b[31mdisk\n is full " + "\u00e9" * 300)
        for verb in (["list"], ["show", "1"]):
            out = self.queue(*verb)
            self.assert_table(out)
            self.assertIn("exit code 74: the ?[31m", out)
            self.assertIn("n...", out)

    def test_lines_of_jobs(self):
        self.submit("a", "b")
        row = self.lines("list")[0]
        self.assertEqual((row["id"], row["key"], row["state"], row["failure"]), (1, "a", "queued", None))
        self.assertEqual(row["counters"], {"errors": 0, "crashes": 0, "memory_failures": 0, "releases": 0})
        self.assertNotIn("job", row)

    def test_a_part_of_the_jobs(self):
        self.submit("a", "b", "c")
        self.fail_job(2)
        self.assertEqual([row["key"] for row in self.lines("list", "--state", "failed")], ["b"])
        self.assertEqual(len(self.lines("list", "--state", "failed,queued")), 3)
        self.assertEqual(len(self.lines("list", "--state", "failed", "--state", "queued")), 3)
        self.assertEqual(self.lines("list", "--state", "running"), [])
        result = self.succeed("queue", "list", "--limit", "2", "--json", *STORE)
        self.assertEqual(len(result.out.splitlines()), 2)
        self.assertIn("--after 2", result.err)
        self.assertEqual([row["key"] for row in self.lines("list", "--after", "2")], ["c"])

    def test_wrong_options(self):
        self.submit("a")
        self.refused(64, ['"done"', "succeeded"], "list", "--state", "done")
        self.refused(64, ["--limit", "0"], "list", "--limit", "0")
        self.refused(64, ["--after", "x"], "list", "--after", "x")
        self.refused(66, ['"b"'], "show", "b")
        self.refused(66, ['"7"'], "show", "7")
        self.refused(64, ["ID"], "show")

    def test_one_job(self):
        self.submit("a", prompt="a \u202ecat\u009b" + "x" * 200)
        self.fail_job(1)
        for name in ("1", "a", "id:1", "key:a"):
            out = self.queue("show", name)
        self.assertRegex(out, r"(?m)^job +1\nkey +a\nstate +failed\n")
        self.assertRegex(out, r"(?m)^submitted +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, just now$|s ago$")
        self.assertRegex(out, r"(?m)^HISTORY +STATE +WORKER +WHAT\n\d{4}-.* UTC +queued +submitted$")
        self.assertIn('"prompt": ', out)
        for line in out.splitlines():
            self.assertLessEqual(len(line), 100)
            self.assertNotIn("\u009b", line)
        (row,) = self.lines("show", "a")
        self.assertEqual(row["job"]["prompt"], "a \u202ecat\u009b" + "x" * 200)
        self.assertEqual([(t["state"], t["text"]) for t in row["history"]], [("queued", "submitted")])

    def test_a_number_that_is_also_a_key(self):
        self.submit("2", "b")
        self.refused(64, ['"2"', "id:2", "key:2"], "show", "2")
        self.assertEqual([self.lines("show", name)[0]["id"] for name in ("id:2", "key:2")], [2, 1])
        self.assertEqual(self.submit("3"), [3])
        self.assertEqual(self.lines("show", "3")[0]["id"], 3)

    def test_stats(self):
        self.submit("a", "b")
        self.queue("submit", self.job(), "--delay", "60")
        self.queue("cancel", "b")
        out = self.queue("stats")
        self.assert_table(out)
        self.assertRegex(out, r"(?m)^queued +2$")
        self.assertRegex(out, r"(?m)^1 could be claimed now, the first for \d+ s$")
        (row,) = self.lines("stats")
        self.assertEqual(row["jobs"], {"queued": 2, "running": 0, "retry_wait": 0, "succeeded": 0, "failed": 0,
                                       "cancelled": 1})
        self.assertEqual(row["ready"], 1)
        self.queue("cancel", "a")
        self.assertIsNone(self.lines("stats")[0]["oldest_ready_ms"])
        self.refused(64, ["--nonsense"], "stats", "--nonsense")


class Change(QueueTest):
    # Case 50: waiting, running and over, and each of them twice.
    def test_cancel(self):
        self.submit("a", "b", "c")
        self.edit("UPDATE flowreel_jobs SET state = 'running', token = 1 WHERE id = 2")
        out = self.queue("cancel", "1", "b")
        self.assert_table(out)
        self.assertRegex(out, r"(?m)^1 +a +cancelled$")
        self.assertRegex(out, r"(?m)^2 +b +cancel requested; its worker hears of it")
        self.assertEqual(self.lines("cancel", "a", "b"), [{"id": 1, "key": "a", "result": "was_over"},
                                                          {"id": 2, "key": "b", "result": "requested"}])
        self.assertIn("was over: cancelled", self.queue("cancel", "a"))
        self.assertIn("cancel requested", self.queue("list"))
        self.assertEqual(self.states(), ["cancelled", "running", "queued"])

    # Case 50: a job that there is not.
    def test_an_unknown_job_cancels_none(self):
        self.submit("a")
        for name in ("9", "nobody", "id:a", "key:1", "key:", "99999999999999999999", "-1", "a\nb", "a\u00e9"):
            self.refused(66, ["expected the number or the key"], "cancel", "a", name)
            self.refused(66, ["expected the number or the key"], "retry", name)
        self.refused(66, [], "cancel", "a", b"\xff")
        self.assertEqual(self.states(), ["queued"])
        self.refused(64, ["ID"], "cancel")
        self.refused(64, ["ID"], "cancel", "")

    def test_retry(self):
        self.submit("a", "b", "c")
        self.queue("cancel", "a")
        self.fail_job(2)
        out = self.queue("retry", "a", "2")
        self.assertEqual(out, "ID  KEY  RESULT\n1   a    queued anew\n2   b    queued anew\n")
        self.fail_job(2)
        self.refused(64, ["job 3 is queued", "expected failed or cancelled"], "retry", "b", "c")
        self.assertEqual(self.states(), ["queued", "failed", "queued"])
        self.assertEqual(self.lines("retry", "b"), [{"id": 2, "key": "b", "result": "queued"}])
        self.refused(64, ["ID"], "retry")

    def test_purge(self):
        self.submit("a", "b", "c", "d")
        self.queue("cancel", "a", "b")
        self.fail_job(3)
        self.edit("UPDATE flowreel_jobs SET changed_ms = changed_ms - ? WHERE id <> 2", 2 * DAY_MS)
        self.assertEqual(self.lines("purge", "--older-than", "1.5", "--state", "cancelled,succeeded"), [{"purged": 1}])
        self.assertEqual(self.queue("purge", "--older-than", "1"), "purged 1 job\n")
        self.assertEqual(self.queue("purge", "--older-than", "0"), "purged 1 job\n")
        self.assertEqual(self.queue("purge", "--older-than", "0"), "purged 0 jobs\n")
        self.assertEqual(self.states(), ["queued"])

    def test_wrong_purges(self):
        self.submit("a")
        self.refused(64, ["--older-than"], "purge")
        self.refused(64, ["--older-than", "-1"], "purge", "--older-than", "-1")
        self.refused(64, ["--older-than", "36500"], "purge", "--older-than", "1e9")
        self.refused(64, ["queued", "expected succeeded"], "purge", "--older-than", "0", "--state", "queued")
        self.refused(64, ['"x"'], "purge", "--older-than", "0", "--state", "x")


class Ingest(QueueTest):
    def put(self, name, text):
        path = self.folder / "spool" / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def test_a_spool(self):
        self.submit("first")
        self.assertEqual(self.queue("ingest", "--spool", "spool"), "the inbox is empty\n")
        self.put("good.json", json.dumps(JOB))
        self.put("bad.json", "{")
        out = self.queue("ingest", "--spool", "spool").splitlines()
        self.assertRegex(out[0], r"^rejected/bad.json: bad.json: ")
        self.assertEqual(out[1:], ["accepted/good.json", "  2  shot_010  new"])
        self.put("good.json", json.dumps(JOB))
        self.put("worse.json", json.dumps(JOB | {"prompt": 1}))
        good, worse = self.lines("ingest", "--spool", "spool")
        self.assertEqual(good, {"file": "good.json", "moved_to": "accepted/good.2.json", "error": None,
                                "jobs": [{"id": 2, "key": "shot_010", "was_there": True}]})
        self.assertEqual((worse["jobs"], worse["error"]["code"]), ([], 65))
        reason = json.loads((self.folder / "spool/rejected/worse.json.error.json").read_text())
        self.assertEqual(reason, {"file": "worse.json"} | worse["error"])
        self.assertEqual(self.lines("ingest", "--spool", "spool"), [])

    def test_wrong_spools(self):
        self.submit("a")
        self.refused(64, ["--spool"], "ingest")
        (self.folder / "file").write_text("")
        self.refused(73, ["file/inbox"], "ingest", "--spool", "file")

    def test_without_a_store_the_inbox_is_left(self):
        self.put("good.json", json.dumps(JOB))
        self.refused(66, ["q.db"], "ingest", "--spool", "spool")


class Stores(QueueTest):
    SECRETS = ("hunter2", "s%3Acret", "s:cret")
    URLS = (
        "postgresql://u:hunter2@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?user=u&password=hunter2",
        "postgresql://u:s%3Acret@127.0.0.1:1/db",
        "postgres://u:hunter2/x@127.0.0.1:1/db",
        "postgresql://u:x@hunter2@127.0.0.1:1/db",
        "postgresql://u:hunter2@127.0.0.1:nowhere/db",
        "postgresql://u:hunter2@[::1/db",
        "mysql://u:hunter2@127.0.0.1/db",
    )

    def test_a_store_that_is_missing(self):
        for verb in (["list"], ["show", "1"], ["cancel", "1"], ["retry", "1"], ["stats"],
                     ["purge", "--older-than", "1"]):
            self.refused(66, ['there is no queue "q.db"', "flowreel queue submit"], *verb)
        self.assert_refused(66, ["nowhere"], "queue", "submit", self.job(), "--store", "sqlite:nowhere/q.db")

    def test_the_name_of_a_store(self):
        self.assert_refused(64, ["sqlite:PATH"], "queue", "list", "--store", "q.db")
        self.assert_refused(64, ["--store"], "queue", "list", "--store", "")
        (self.folder / "text").write_text("no database " * 20)
        self.assert_refused(65, ["text"], "queue", "list", "--store", "sqlite:text")

    def test_the_store_of_the_environment(self):
        self.succeed("queue", "submit", self.job(), env=os.environ | {"FLOWREEL_STORE": "sqlite:other.db"})
        self.assertTrue((self.folder / "other.db").exists())
        self.succeed("queue", "submit", self.job(), env={k: v for k, v in os.environ.items() if k != "FLOWREEL_STORE"})
        self.assertTrue((self.folder / "queue.db").exists())

    def test_no_message_has_a_password(self):
        for url in self.URLS:
            self.assert_no_secret(url, "list", "--store", url)
        for url in self.URLS[:2]:
            self.assert_no_secret(url, "list", FLOWREEL_STORE=url)
            self.assert_no_secret(url, "list", url)
            self.assert_no_secret(url, "list", "--stroe", url)
            self.assert_no_secret(url, "list", "--state", url)
            self.assert_no_secret(url, url)
            self.assert_no_secret(url, "stats", "--help", FLOWREEL_STORE=url)
            self.submit("a")
            self.assert_no_secret(url, "show", url, *STORE)

    def assert_no_secret(self, url, *arguments, **environment):
        with self.subTest(url, arguments=arguments):
            result = self.run_in("queue", *arguments, env=os.environ | environment)
            for secret in self.SECRETS:
                self.assertNotIn(secret, result.out + result.err)
            self.assertIn(result.code, (0,) if "--help" in arguments else (64, 66, 69, 78), result.err)

    def test_the_verbs(self):
        verbs = ["submit", "ingest", "list", "show", "stats", "cancel", "retry", "purge"]
        self.assert_refused(64, ["subcommand"], "queue")
        self.assert_refused(64, ['"render" is not a command', *verbs], "queue", "render")
        for verb in verbs:
            out = self.succeed("queue", verb, "--help").out
            self.assertIn(f"Example:\n  flowreel queue {verb} ", out)
            self.assertLess(len(out.splitlines()), 25)
            self.assertIn("FLOWREEL_STORE", out)
        self.assertIn("docs/queue.md", self.succeed("queue", "--help").out)

    def test_a_closed_screen(self):
        self.submit("a")
        with open("/dev/full", "w") as full:
            result = self.run_in("queue", "list", *STORE, stdout=full)
        self.assertEqual(result.code, 74, result.err)


class Documents(QueueTest):
    def test_the_examples_of_the_page_work(self):
        text = (cli.ROOT / "docs" / "queue.md").read_text()
        self.jobs("a", "shot_010_v003", name="shots.jsonl")
        blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
        lines = [line for line in blocks.splitlines() if line.startswith("build/release/flowreel queue ")]
        self.assertGreater(len(lines), 5)
        for line in lines:
            with self.subTest(line):
                self.succeed(*line.split()[1:])


if __name__ == "__main__":
    cli.main()
