-- What all migrations add up to, for empty databases; written by `make schema`.
CREATE TABLE IF NOT EXISTS "tortoise_migrations" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "app" VARCHAR(255) NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "applied_at" TIMESTAMPTZ NOT NULL,
    CONSTRAINT "uid_tortoise_mi_app_3803a5" UNIQUE ("app", "name")
);

CREATE TABLE "conversations" (
    "conversation_id" UUID NOT NULL  PRIMARY KEY,
    "channel" VARCHAR(32) NOT NULL,
    "account" VARCHAR(128) NOT NULL,
    "chat_id" VARCHAR(256) NOT NULL,
    "thread_id" VARCHAR(256) NOT NULL DEFAULT '',
    "kind" VARCHAR(16) NOT NULL,
    "epoch" INT NOT NULL DEFAULT 0,
    "model" VARCHAR(128) NOT NULL DEFAULT '',
    "language" VARCHAR(16) NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE "conversations" IS 'Where people and the bot talk, and which epoch of it is open.';

CREATE TABLE "messages" (
    "message_seq" BIGSERIAL NOT NULL PRIMARY KEY,
    "epoch" INT NOT NULL,
    "direction" VARCHAR(8) NOT NULL,
    "event_key" VARCHAR(512),
    "platform_message_id" VARCHAR(128) NOT NULL DEFAULT '',
    "sender_id" VARCHAR(256) NOT NULL DEFAULT '',
    "text" TEXT NOT NULL,
    "raw_payload" TEXT NOT NULL DEFAULT '',
    "task_id" UUID,
    "created_at" TIMESTAMPTZ NOT NULL,
    "conversation_id" UUID NOT NULL REFERENCES "conversations" ("conversation_id") ON DELETE CASCADE
);

CREATE INDEX "messages_in_order" ON "messages" ("conversation_id", "epoch", "message_seq");

CREATE INDEX "messages_of_task" ON "messages" ("task_id");

CREATE INDEX "messages_by_age" ON "messages" ("created_at");

COMMENT ON TABLE "messages" IS 'What was said by people and by the bot.';

CREATE TABLE "outbox" (
    "outbox_seq" BIGSERIAL NOT NULL PRIMARY KEY,
    "outbox_id" UUID NOT NULL UNIQUE,
    "part_key" VARCHAR(600) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "task_id" UUID,
    "channel" VARCHAR(32) NOT NULL,
    "part_no" INT NOT NULL,
    "text" TEXT NOT NULL,
    "reply_to" VARCHAR(128) NOT NULL DEFAULT '',
    "state" VARCHAR(16) NOT NULL,
    "attempt" INT NOT NULL DEFAULT 0,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ,
    "lease_owner" VARCHAR(64) NOT NULL DEFAULT '',
    "not_before" TIMESTAMPTZ,
    "anchor" VARCHAR(256) NOT NULL DEFAULT '',
    "first_tried_at" TIMESTAMPTZ,
    "is_ambiguous" BOOL NOT NULL DEFAULT FALSE,
    "is_recovered" BOOL NOT NULL DEFAULT FALSE,
    "platform_message_id" VARCHAR(128) NOT NULL DEFAULT '',
    "error" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "sent_at" TIMESTAMPTZ,
    "conversation_id" UUID NOT NULL REFERENCES "conversations" ("conversation_id") ON DELETE CASCADE
);

CREATE INDEX "outbox_of_task" ON "outbox" ("task_id");

CREATE INDEX "outbox_by_age" ON "outbox" ("created_at");

COMMENT ON TABLE "outbox" IS 'One part of something that the bot says.';

CREATE TABLE "pairings" (
    "pairing_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "channel" VARCHAR(32) NOT NULL,
    "account" VARCHAR(128) NOT NULL,
    "sender_id" VARCHAR(256) NOT NULL,
    "sender_name" TEXT NOT NULL,
    "conversation" TEXT NOT NULL,
    "language" VARCHAR(16) NOT NULL DEFAULT '',
    "code_hash" VARCHAR(64) NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE "pairings" IS 'A stranger''s request to be let in, with the hash of its code.';

CREATE TABLE "settings" (
    "name" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "value" TEXT NOT NULL
);

COMMENT ON TABLE "settings" IS 'A value that people change at run time, such as the pause switch.';

CREATE TABLE "steps" (
    "step_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "task_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "step_key" VARCHAR(64) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "name" VARCHAR(128) NOT NULL DEFAULT '',
    "state" VARCHAR(8) NOT NULL,
    "request" TEXT NOT NULL DEFAULT '',
    "result" TEXT NOT NULL DEFAULT '',
    "attempt" INT NOT NULL,
    "started_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ
);

CREATE INDEX "steps_of_task" ON "steps" ("task_id", "step_id");

COMMENT ON TABLE "steps" IS 'One journalled model or tool call of a run.';

CREATE TABLE "tasks" (
    "task_id" UUID NOT NULL  PRIMARY KEY,
    "source" VARCHAR(16) NOT NULL,
    "goal" TEXT NOT NULL,
    "payload" TEXT NOT NULL DEFAULT '{}',
    "priority" SMALLINT NOT NULL,
    "user_id" VARCHAR(256) NOT NULL DEFAULT '',
    "conversation_id" UUID,
    "requires_reply" BOOL NOT NULL DEFAULT TRUE,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "status" VARCHAR(24) NOT NULL,
    "assigned_worker_id" VARCHAR(128) NOT NULL DEFAULT '',
    "dispatch_reason" TEXT NOT NULL DEFAULT '',
    "result" TEXT NOT NULL DEFAULT '',
    "final_output" TEXT NOT NULL DEFAULT '',
    "metadata" TEXT NOT NULL DEFAULT '{}',
    "event_key" VARCHAR(512) NOT NULL,
    "lane" VARCHAR(512) NOT NULL,
    "lane_seq" BIGINT NOT NULL,
    "attempt" INT NOT NULL DEFAULT 0,
    "barren_attempts" INT NOT NULL DEFAULT 0,
    "fence" BIGINT NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ,
    "lease_owner" VARCHAR(64) NOT NULL DEFAULT '',
    "not_before" TIMESTAMPTZ,
    "deadline" TIMESTAMPTZ,
    "parent_task_id" UUID,
    "is_cancel_requested" BOOL NOT NULL DEFAULT FALSE,
    "is_tracked" BOOL NOT NULL DEFAULT FALSE
);

CREATE INDEX "tasks_pending_in_order" ON "tasks" ("priority", "created_at", "lane_seq") WHERE status = 'pending';

CREATE INDEX "tasks_pending_in_lane" ON "tasks" ("lane", "lane_seq") WHERE status = 'pending';

CREATE INDEX "tasks_by_lease" ON "tasks" ("lease_until") WHERE status = 'running';

CREATE INDEX "tasks_waiting_for_input" ON "tasks" ("conversation_id") WHERE status = 'waiting_input';

CREATE INDEX "tasks_of_user" ON "tasks" ("user_id", "created_at");

CREATE INDEX "tasks_of_conversation" ON "tasks" ("conversation_id", "created_at");

COMMENT ON TABLE "tasks" IS 'A task envelope.';

CREATE TABLE "timeline_events" (
    "event_seq" BIGSERIAL NOT NULL PRIMARY KEY,
    "task_id" UUID NOT NULL,
    "event_no" INT NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "detail" TEXT NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE "timeline_events" IS 'Something that happened to a task, for people to read.';

CREATE TABLE "usage" (
    "usage_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "task_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "step_key" VARCHAR(64) NOT NULL,
    "user_id" VARCHAR(256) NOT NULL DEFAULT '',
    "source" VARCHAR(16) NOT NULL,
    "model" VARCHAR(128) NOT NULL,
    "input_tokens" INT NOT NULL,
    "cached_tokens" INT NOT NULL,
    "output_tokens" INT NOT NULL,
    "duration_ms" INT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);

CREATE INDEX "usage_of_user" ON "usage" ("user_id", "created_at");

COMMENT ON TABLE "usage" IS 'What one model call used.';

CREATE TABLE "users" (
    "user_id" UUID NOT NULL  PRIMARY KEY,
    "role" VARCHAR(16) NOT NULL,
    "name" TEXT NOT NULL,
    "language" VARCHAR(16) NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE "users" IS 'A person.';

CREATE TABLE "identities" (
    "identity_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "channel" VARCHAR(32) NOT NULL,
    "account" VARCHAR(128) NOT NULL,
    "sender_id" VARCHAR(256) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "user_id" UUID NOT NULL REFERENCES "users" ("user_id") ON DELETE CASCADE
);

COMMENT ON TABLE "identities" IS 'A person''s account on one platform.';

CREATE TABLE "worker_jobs" (
    "job_id" UUID NOT NULL  PRIMARY KEY,
    "task_id" UUID NOT NULL,
    "worker_id" VARCHAR(128) NOT NULL,
    "instruction" TEXT NOT NULL,
    "metadata" TEXT NOT NULL DEFAULT '{}',
    "status" VARCHAR(16) NOT NULL,
    "is_awaited" BOOL NOT NULL DEFAULT FALSE,
    "attempt" INT NOT NULL DEFAULT 0,
    "result" TEXT NOT NULL DEFAULT '',
    "error" TEXT NOT NULL DEFAULT '',
    "error_code" VARCHAR(32) NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ NOT NULL,
    "started_at" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ
);

CREATE INDEX "jobs_of_task" ON "worker_jobs" ("task_id");

COMMENT ON TABLE "worker_jobs" IS 'A piece of work that the Manager handed to a worker.';

CREATE TABLE "worker_slots" (
    "slot_id" VARCHAR(160) NOT NULL  PRIMARY KEY,
    "worker_id" VARCHAR(128) NOT NULL,
    "job_id" UUID,
    "lease_until" TIMESTAMPTZ,
    "lease_owner" VARCHAR(64) NOT NULL DEFAULT ''
);

CREATE INDEX "slots_of_worker" ON "worker_slots" ("worker_id");

COMMENT ON TABLE "worker_slots" IS 'A seat at a worker, free when it holds no job or its lease is over.';

CREATE UNIQUE INDEX one_user_per_sender ON identities (channel, account, sender_id);

CREATE UNIQUE INDEX one_pairing_per_sender ON pairings (channel, account, sender_id);

CREATE UNIQUE INDEX one_row_per_place ON conversations (channel, account, chat_id, thread_id);

CREATE UNIQUE INDEX one_message_per_event ON messages (event_key);

CREATE UNIQUE INDEX one_task_per_event ON tasks (event_key);

CREATE UNIQUE INDEX one_place_in_lane ON tasks (lane, lane_seq);

CREATE UNIQUE INDEX one_running_per_lane ON tasks (lane) WHERE status = 'running';

CREATE UNIQUE INDEX one_row_per_step ON steps (run_id, step_key);

CREATE UNIQUE INDEX one_number_per_event ON timeline_events (task_id, event_no);

CREATE UNIQUE INDEX one_slot_per_job ON worker_slots (job_id);

CREATE UNIQUE INDEX one_row_per_part ON outbox (part_key);

CREATE UNIQUE INDEX one_count_per_call ON usage (run_id, step_key);

CREATE INDEX outbox_open ON outbox (outbox_seq) WHERE state IN ('queued', 'sending', 'unknown');

CREATE INDEX outbox_open_in_order ON outbox (conversation_id, outbox_seq) WHERE state IN ('queued', 'sending', 'unknown');

CREATE INDEX messages_heard ON messages (conversation_id, message_seq) WHERE platform_message_id <> '';

CREATE INDEX outbox_sent_ids ON outbox (conversation_id, platform_message_id) WHERE platform_message_id <> '';

ALTER TABLE "conversations" ADD COLUMN "busy_mode" VARCHAR(16) NOT NULL DEFAULT '';

ALTER TABLE "tasks" ADD COLUMN "collected_by" UUID;

ALTER TABLE "outbox" ADD COLUMN "options" TEXT NOT NULL DEFAULT '[]';

CREATE TABLE "link_codes" (
    "code_hash" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "user_id" UUID NOT NULL REFERENCES "users" ("user_id") ON DELETE CASCADE
);

COMMENT ON TABLE "link_codes" IS 'A code that joins another identity to a person, as a hash.';

CREATE INDEX tasks_collected ON tasks (collected_by) WHERE collected_by IS NOT NULL;

CREATE INDEX messages_by_platform_id ON messages (platform_message_id, conversation_id) WHERE platform_message_id <> '';

ALTER TABLE "outbox" ADD COLUMN "file_path" TEXT NOT NULL DEFAULT '';

ALTER TABLE "outbox" ADD COLUMN "file_name" TEXT NOT NULL DEFAULT '';

ALTER TABLE "outbox" ADD COLUMN "file_mime_type" VARCHAR(128) NOT NULL DEFAULT '';

ALTER TABLE "outbox" ADD COLUMN "file_size_bytes" BIGINT NOT NULL DEFAULT 0;

CREATE TABLE "files" (
    "file_seq" BIGSERIAL NOT NULL PRIMARY KEY,
    "file_id" UUID NOT NULL UNIQUE,
    "event_key" VARCHAR(512) NOT NULL,
    "attachment_no" INT NOT NULL,
    "task_id" UUID NOT NULL,
    "channel" VARCHAR(32) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "platform_file_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mime_type" VARCHAR(128) NOT NULL DEFAULT '',
    "size_bytes" BIGINT,
    "state" VARCHAR(16) NOT NULL,
    "path" TEXT NOT NULL,
    "transcript" TEXT NOT NULL DEFAULT '',
    "error" TEXT NOT NULL DEFAULT '',
    "attempt" INT NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "conversation_id" UUID NOT NULL REFERENCES "conversations" ("conversation_id") ON DELETE CASCADE
);

CREATE INDEX "files_of_task" ON "files" ("task_id");

COMMENT ON TABLE "files" IS 'A file that came with a message.';

CREATE UNIQUE INDEX one_file_per_attachment ON files (event_key, attachment_no);

CREATE INDEX files_wanted ON files (file_seq) WHERE state = 'wanted';

ALTER TABLE "users" ADD COLUMN "time_zone" VARCHAR(64) NOT NULL DEFAULT '';

ALTER TABLE "users" ADD COLUMN "quiet_hours" VARCHAR(16) NOT NULL DEFAULT '';

CREATE TABLE "schedules" (
    "schedule_id" UUID NOT NULL  PRIMARY KEY,
    "user_id" VARCHAR(256) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "timing" TEXT NOT NULL,
    "time_zone" VARCHAR(64) NOT NULL,
    "goal" TEXT NOT NULL,
    "priority" SMALLINT NOT NULL,
    "model" VARCHAR(128) NOT NULL DEFAULT '',
    "soul" VARCHAR(64) NOT NULL DEFAULT '',
    "missed" VARCHAR(8) NOT NULL,
    "window_seconds" BIGINT NOT NULL,
    "overlap" VARCHAR(8) NOT NULL,
    "until" TIMESTAMPTZ,
    "is_paused" BOOL NOT NULL DEFAULT FALSE,
    "pause_reason" TEXT NOT NULL DEFAULT '',
    "failures" INT NOT NULL DEFAULT 0,
    "next_fire_at" TIMESTAMPTZ,
    "looked_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL
);

CREATE INDEX "schedules_of_user" ON "schedules" ("user_id", "created_at");

COMMENT ON TABLE "schedules" IS 'Something that is to be done at certain times.';

CREATE TABLE "schedule_targets" (
    "target_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "schedule_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL
);

COMMENT ON TABLE "schedule_targets" IS 'A conversation that gets what the runs of a schedule say.';

CREATE TABLE "schedule_ticks" (
    "tick_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "schedule_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ NOT NULL,
    "last_due_at" TIMESTAMPTZ NOT NULL,
    "instants" INT NOT NULL DEFAULT 1,
    "state" VARCHAR(8) NOT NULL,
    "reason" VARCHAR(16) NOT NULL DEFAULT '',
    "task_id" UUID,
    "created_at" TIMESTAMPTZ NOT NULL
);

CREATE INDEX "ticks_by_age" ON "schedule_ticks" ("created_at");

COMMENT ON TABLE "schedule_ticks" IS 'A due instant and what came of it, or several that were skipped for one reason.';

CREATE TABLE "held_messages" (
    "held_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "task_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" VARCHAR(256) NOT NULL,
    "text" TEXT NOT NULL,
    "release_at" TIMESTAMPTZ NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);

CREATE INDEX "held_by_release" ON "held_messages" ("release_at");

COMMENT ON TABLE "held_messages" IS 'What a scheduled run said in somebody''s quiet hours.';

CREATE TABLE "heartbeats" (
    "user_id" VARCHAR(256) NOT NULL  PRIMARY KEY,
    "conversation_id" UUID NOT NULL,
    "active_hours" VARCHAR(16) NOT NULL,
    "next_look_at" TIMESTAMPTZ
);

CREATE INDEX "heartbeats_due" ON "heartbeats" ("next_look_at");

COMMENT ON TABLE "heartbeats" IS 'Whether and when somebody''s checklist is looked through.';

CREATE TABLE "heartbeat_watches" (
    "watch_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "user_id" VARCHAR(256) NOT NULL,
    "subject" VARCHAR(512) NOT NULL
);

COMMENT ON TABLE "heartbeat_watches" IS 'A page or a file that somebody wants to hear about when it changes.';

CREATE TABLE "heartbeat_marks" (
    "mark_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "user_id" VARCHAR(256) NOT NULL,
    "source" VARCHAR(600) NOT NULL,
    "fingerprint" VARCHAR(64) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);

CREATE INDEX "marks_by_age" ON "heartbeat_marks" ("created_at");

COMMENT ON TABLE "heartbeat_marks" IS 'A finding that is known, by its fingerprint.';

CREATE TABLE "heartbeat_receipts" (
    "receipt_id" BIGSERIAL NOT NULL PRIMARY KEY,
    "user_id" VARCHAR(256) NOT NULL,
    "looked_at" TIMESTAMPTZ NOT NULL,
    "findings" INT NOT NULL,
    "task_id" UUID
);

CREATE INDEX "receipts_of_user" ON "heartbeat_receipts" ("user_id", "looked_at");

COMMENT ON TABLE "heartbeat_receipts" IS 'One look through a checklist: how much was new, and the task that it made, if any.';

CREATE UNIQUE INDEX one_target_per_conversation ON schedule_targets (schedule_id, conversation_id);

CREATE UNIQUE INDEX one_tick_per_instant ON schedule_ticks (schedule_id, due_at);

CREATE UNIQUE INDEX one_held_message ON held_messages (task_id, conversation_id);

CREATE INDEX schedules_due ON schedules (next_fire_at) WHERE next_fire_at IS NOT NULL;

CREATE UNIQUE INDEX one_watch_per_subject ON heartbeat_watches (user_id, subject);

CREATE UNIQUE INDEX one_mark_per_finding ON heartbeat_marks (user_id, source, fingerprint);

CREATE INDEX usage_of_task ON usage (task_id);

CREATE TABLE "skill_proposals" (
    "proposal_id" UUID NOT NULL  PRIMARY KEY,
    "name" VARCHAR(64) NOT NULL,
    "digest" VARCHAR(64) NOT NULL,
    "base" VARCHAR(64) NOT NULL DEFAULT '',
    "state" VARCHAR(16) NOT NULL,
    "user_id" VARCHAR(256) NOT NULL DEFAULT '',
    "asked_by" TEXT NOT NULL DEFAULT '',
    "conversation_id" UUID,
    "task_id" UUID NOT NULL,
    "report" TEXT NOT NULL DEFAULT '{}',
    "diff" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "decided_by" VARCHAR(256) NOT NULL DEFAULT ''
);

CREATE INDEX "proposals_of_skill" ON "skill_proposals" ("name", "created_at");

COMMENT ON TABLE "skill_proposals" IS 'A version of a skill that an agent wrote, and its fate.';

CREATE TABLE "skill_pins" (
    "name" VARCHAR(64) NOT NULL  PRIMARY KEY,
    "digest" VARCHAR(64) NOT NULL,
    "installed" VARCHAR(64) NOT NULL DEFAULT '',
    "is_settled" BOOL NOT NULL DEFAULT FALSE,
    "problem" TEXT NOT NULL DEFAULT '',
    "decided_at" TIMESTAMPTZ NOT NULL,
    "decided_by" VARCHAR(256) NOT NULL DEFAULT ''
);

COMMENT ON TABLE "skill_pins" IS 'The version of a skill that an administrator decided for.';

CREATE UNIQUE INDEX one_open_proposal_per_skill ON skill_proposals (name) WHERE state = 'open';

INSERT INTO "tortoise_migrations" ("app", "name", "applied_at") VALUES ('crewdesk', '0001_initial', now());

INSERT INTO "tortoise_migrations" ("app", "name", "applied_at") VALUES ('crewdesk', '0002_busy_conversations', now());

INSERT INTO "tortoise_migrations" ("app", "name", "applied_at") VALUES ('crewdesk', '0003_files', now());

INSERT INTO "tortoise_migrations" ("app", "name", "applied_at") VALUES ('crewdesk', '0004_schedules', now());

INSERT INTO "tortoise_migrations" ("app", "name", "applied_at") VALUES ('crewdesk', '0005_skill_changes', now());
