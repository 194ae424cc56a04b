"""Every built-in fault is noticed: by the check that is about it, where it can first be seen, rightly.

One item for each fault, so that two workers share the work; the page about them is held against the same.
"""

from __future__ import annotations

import itertools

import kill_matrix
import pytest
from checkout import DOCS
from fault_scores import FAULTS, able

from coexistence.rehearsal.qualification import score

PAGE = DOCS / "kill-matrix.md"
#: How many deployments a fault is really made in here; all are, where the catalogue is qualified.
TRIED = 3
#: A fault, a check of its own clause that is to notice it, and at which checkpoint first.
NOTICED = (
    # Services: what keeps them from running, and people from being served.
    ("backup-service-old-binaries", "every_expected_service_runs", "side-by-side"),
    ("derived-mixed-builds-inside-new-pool", "pools_serve_all_their_people_in_full", "production"),
    ("edge-user-replicator-enabled", "every_pool_comes_up", "legacy"),
    ("fe-first-start-below-quorum", "every_pool_comes_up", "side-by-side"),
    ("pool-quorum-lost-in-maintenance", "every_expected_service_runs", "production"),
    ("secondary-replicas-missing-limited-mode", "pools_serve_all_their_people_in_full", "pilot"),
    # Administration: what keeps whoever administers from it.
    ("config-replicator-group-not-extended", "every_replica_is_up_to_date", "legacy-silent"),
    ("derived-old-tool-strips-new-fields", "no_setting_is_lost_to_old_tools", "pilot"),
    ("legacy-control-panel-blind", "every_administrator_has_the_newest_tools", "side-by-side"),
    ("port-443-taken-on-new-front-end", "the_control_panel_of_new_pools_opens", "side-by-side"),
    ("scom-discovery-lost-with-cms", "every_pool_stays_monitored", "pilot"),
    ("stale-shell-rights-on-directory-move",
     "no_move_of_a_conference_directory_is_left_halfway", "legacy-silent"),
    # Messaging: who no longer reaches, or sees, whom.
    ("bandwidth-policy-without-room", "people_call_and_show_each_other_their_screens", "side-by-side"),
    ("derived-unknown-state-value-rejected", "everybody_sees_whether_others_are_there", "pilot"),
    ("group-chat-islands", "rooms_were_carried_over_to_the_new_chat_pool", "post-migration"),
    ("im-filter-asymmetry", "links_and_files_pass_both_ways", "pilot"),
    ("privacy-mode-with-old-clients", "everybody_is_seen_with_the_client_they_have", "side-by-side"),
    ("tls-session-ticket-breaks-port-444", "a_third_person_can_be_invited_across_generations", "pilot"),
    ("xmpp-user-moved-forward", "nobody_is_moved_away_from_their_xmpp_contacts", "pilot"),
    # Meetings: what cannot be joined, or is not what it was.
    ("access-number-region-dropped-from-dial-plans", "every_access_number_is_offered_somewhere", "pilot"),
    ("archiving-critical-mode-stuck", "every_scheduled_meeting_can_be_joined", "pilot"),
    ("conference-directory-left-behind", "no_conference_directory_is_left_behind", "legacy-silent"),
    ("derived-two-owners-of-conference-ids", "every_conference_directory_has_one_owner", "legacy-silent"),
    ("meeting-content-not-moved", "meeting_content_moves_with_its_organizer", "pilot"),
    ("meetings-closed-by-the-move", "meetings_keep_the_terms_they_were_sent_with", "pilot"),
    ("patched-server-unpatched-client-modalities",
     "everybody_can_present_with_the_client_they_have", "side-by-side"),
    ("reverse-proxy-drops-host-header", "anonymous_participants_get_in", "side-by-side"),
    ("sharing-service-not-started-on-new-pool", "meetings_have_every_modality", "pilot"),
    # Clients: who cannot sign in with what they have.
    ("attendee-or-old-web-app-on-new-meeting", "guests_join_with_what_they_use", "pilot"),
    ("autodiscover-on-new-pool-prompts-old-homed", "nobody_is_asked_whom_to_trust", "side-by-side"),
    ("cached-phones-outlive-decommission", "everybody_can_sign_in_with_their_client", "legacy-silent"),
    ("clients-left-upgraded-after-going-back",
     "no_upgraded_client_is_left_after_going_back", "pilot.rolled-back"),
    ("mcx-mobile-after-move-to-2019", "everybody_can_sign_in_with_their_client", "pilot"),
    ("old-pool-has-not-heard-of-the-new-one", "people_who_were_away_while_moved_get_in_again", "pilot"),
    ("replicator-skips-a-domain", "everybody_can_sign_in_with_their_client", "pilot"),
    # Policies: who may do more or less with nothing granted.
    ("address-book-rules-not-carried", "people_see_numbers_that_can_be_dialled", "pilot"),
    ("anonymous-join-off-for-moved-organizers", "moved_organizers_can_have_federated_guests", "pilot"),
    ("derived-same-setting-different-default", "new_meetings_begin_on_the_same_terms", "pilot"),
    ("external-access-policy-lost-in-new-site", "nobody_may_do_less_or_more_outside_or_by_phone", "pilot"),
    ("normalization-switch-breaks-search", "people_see_numbers_that_can_be_dialled", "pilot"),
    ("site-policy-lost-in-new-site", "nobody_gets_another_conferencing_policy", "pilot"),
    ("unified-store-policy-left-on",
     "contact_lists_stay_where_they_were_rolled_back_to", "pilot.rolled-back"),
    # Applications: numbers, groups and programs that do not answer.
    ("chat-pool-hung-off-the-new-pool", "every_chat_pool_hangs_off_its_own_version", "pilot"),
    ("dial-in-access-number-on-legacy", "access_numbers_answer_their_callers", "legacy-silent"),
    ("exchange-um-not-told-of-new-pool", "unanswered_calls_end_in_voice_mail", "pilot"),
    ("legacy-homed-agent-of-new-group", "agents_serve_their_response_groups", "pilot"),
    ("park-music-left-in-the-old-store", "parked_callers_hear_the_companys_music", "post-migration"),
    ("response-group-rollback-contacts-forward",
     "response_groups_are_back_on_legacy_pools", "post-migration.rolled-back"),
    ("trusted-app-contacts-orphaned", "trusted_applications_answer", "legacy-silent"),
    ("um-contacts-fail-on-2019", "voicemail_can_be_reached", "post-migration"),
    ("unassigned-number-range-on-legacy", "unassigned_numbers_are_announced", "legacy-silent"),
    # Edge: remote people, partners, and the media between.
    ("derived-hidden-client-of-old-edge-address",
     "everybody_who_was_given_a_name_is_still_answered", "production"),
    ("edge-next-hop-removed", "every_edge_hands_to_a_living_next_hop", "legacy-silent"),
    ("edge-replica-port-4443-blocked", "every_edge_hears_of_changes", "legacy-silent"),
    ("legacy-edge-single-name", "an_edge_with_a_single_name_goes_first", "production"),
    ("media-path-still-on-old-edge", "media_is_relayed_for_users_of_both_generations", "legacy-silent"),
    ("media-switched-before-the-cut-over", "external_traffic_stays_on_the_legacy_edge", "edge"),
    ("old-access-edge-left-running", "the_legacy_access_edge_is_stopped", "production"),
    ("old-edge-goes-on-federating", "at_most_one_edge_pool_federates", "production"),
    ("one-site-keeps-old-federation-route", "every_site_routes_to_the_edge_that_federates", "production"),
    ("xmpp-route-moved-before-users", "people_with_xmpp_contacts_keep_them", "edge"),
    # The topology: what was defined, published or removed wrongly.
    ("cms-moved-over-failing-enable-step", "the_central_management_store_can_be_moved", "post-migration"),
    ("databases-of-a-new-pool-mirrored", "no_mirror_stands_under_2019_or_later", "side-by-side"),
    ("derived-one-replica-routes-by-old-map", "no_server_routes_by_an_old_map", "retired"),
    ("directory-not-prepared", "active_directory_is_prepared", "side-by-side"),
    ("leftover-room-portal-blocks-store-move", "the_central_management_store_can_be_moved", "post-migration"),
    ("legacy-pool-declared-empty", "nothing_names_a_pool_that_is_removed_next", "legacy-silent"),
    ("legacy-topology-builder-used-after-pilot", "no_pool_is_dropped_by_publishing", "side-by-side"),
    ("mediation-left-alone-before-the-pilot", "legacy_mediation_is_collocated_before_the_pilot", "now"),
    ("migration-begun-after-support-ended", "the_newest_version_is_in_support", "now"),
    ("new-pools-never-published", "the_new_version_is_in_the_topology", "side-by-side"),
    ("one-server-of-a-pool-upgraded-alone", "servers_of_a_pool_run_one_version", "side-by-side"),
    ("paired-pools-on-different-versions", "paired_pools_can_take_over_from_each_other", "side-by-side"),
    ("sql-instance-shared-across-versions", "user_stores_have_an_instance_of_their_own", "side-by-side"),
    ("three-versions-in-one-topology", "generations_may_stand_side_by_side", "side-by-side"),
    # Names and certificates: records that were forgotten, certificates that nobody takes.
    ("autodiscover-host-still-old", "autodiscover_sends_everybody_home", "pilot"),
    ("certificate-expires-mid-coexistence", "no_certificate_runs_out", "legacy"),
    ("derived-clock-or-validity-skew", "clocks_agree_between_pools", "side-by-side"),
    ("edge-and-pool-on-different-roots", "certificates_are_accepted_inside", "edge"),
    ("extra-root-breaks-phone-pin", "servers_hand_out_one_chain_of_trust", "side-by-side"),
    ("new-pool-web-not-published", "external_web_names_are_published", "side-by-side"),
    ("new-pool-without-a-record", "every_pool_has_an_address", "side-by-side"),
    ("sign-in-record-switched-early", "sign_in_records_wait_for_everybody", "side-by-side"),
    ("sip-srv-still-names-old-pool", "every_sip_domain_leads_to_a_pool_that_answers", "legacy-silent"),
    # Capacity: pools, logs and disks that are too small.
    ("paired-server-cannot-hold-both", "pools_hold_the_people_homed_on_them", "production"),
    ("pilot-pool-sized-for-pilot-only", "pools_hold_the_people_homed_on_them", "production"),
    ("too-little-disk-for-databases", "setup_finds_room_for_its_databases", "side-by-side"),
    ("transaction-log-full-after-mass-activity", "transaction_logs_take_the_next_batch", "production"),
    # Data: moves, removals and returns that lose what people have.
    ("derived-forward-converted-data-unreadable-after-rollback",
     "records_can_be_read_after_going_back", "pilot.rolled-back"),
    ("directory-attributes-cleared-too-soon", "people_in_the_cloud_keep_their_numbers", "retired"),
    ("directory-moved-with-old-shell", "conference_directories_keep_their_codes", "legacy-silent"),
    ("files-exported-at-different-times", "exported_files_agree", "now"),
    ("forced-move-drops-user-data", "contact_lists_can_be_read", "pilot"),
    ("mailbox-moved-back-before-contacts", "contact_lists_can_be_read", "legacy"),
    ("moved-before-first-user-sync", "new_pools_know_every_account", "pilot"),
    ("old-store-databases-dropped-early", "the_configuration_is_whole", "legacy-silent"),
)  # fmt: skip
#: For every other built-in check a fault that breaks it; it may be noticed by others first.
ALSO_BROKEN = (
    ("a_phone_fresh_from_its_box_signs_in", "cached-phones-outlive-decommission"),
    ("call_admission_control_decides", "cms-moved-over-failing-enable-step"),
    ("parked_calls_find_their_orbit", "certificate-expires-mid-coexistence"),
    ("people_reach_their_chat_rooms", "group-chat-islands"),
    ("people_with_voice_call_out", "moved-before-first-user-sync"),
    ("people_with_voice_can_be_called", "moved-before-first-user-sync"),
    ("phones_and_devices_can_be_called", "fe-first-start-below-quorum"),
    ("response_groups_answer_callers_of_both_generations", "certificate-expires-mid-coexistence"),
    ("archiving_goes_on_for_everybody", "moved-before-first-user-sync"),
    ("calls_go_on_being_reported", "moved-before-first-user-sync"),
    ("everybody_can_change_what_is_kept_for_them", "moved-before-first-user-sync"),
    ("everybody_who_was_to_move_has_moved", "moved-before-first-user-sync"),
    ("the_address_book_answers", "normalization-switch-breaks-search"),
    ("partners_reach_users_of_both_generations", "one-site-keeps-old-federation-route"),
    ("users_outside_reach_their_pool", "edge-next-hop-removed"),
    ("web_conferences_are_open_to_the_outside", "media-path-still-on-old-edge"),
    ("every_conference_directory_in_use_has_a_living_owner", "conference-directory-left-behind"),
    ("every_simple_url_leads_to_a_living_pool", "legacy-topology-builder-used-after-pilot"),
    ("everybody_can_schedule_meetings", "moved-before-first-user-sync"),
    ("invitations_keep_their_link_and_conference_id", "directory-moved-with-old-shell"),
    ("meetings_can_be_dialled_into", "directory-moved-with-old-shell"),
    ("meetings_open_by_their_link", "certificate-expires-mid-coexistence"),
    ("no_meeting_is_lost_by_going_back", "forced-move-drops-user-data"),
    ("organizers_keep_their_pin", "forced-move-drops-user-data"),
    ("people_of_partners_get_into_meetings", "media-path-still-on-old-edge"),
    ("people_on_every_pool_can_join_every_meeting", "tls-session-ticket-breaks-port-444"),
    ("delegates_may_be_on_either_generation", "too-little-disk-for-databases"),
    ("legacy_and_current_users_reach_each_other", "transaction-log-full-after-mass-activity"),
    ("users_of_one_generation_reach_each_other", "moved-before-first-user-sync"),
    ("names_lead_to_something_that_exists", "legacy-topology-builder-used-after-pilot"),
    ("pools_are_stopped_before_they_are_removed", "xmpp-user-moved-forward"),
    ("every_pool_can_be_administered", "cms-moved-over-failing-enable-step"),
    ("every_site_can_be_administered", "cms-moved-over-failing-enable-step"),
    ("exactly_one_master_takes_changes", "cms-moved-over-failing-enable-step"),
    ("people_can_be_moved_to_the_new_version", "too-little-disk-for-databases"),
    ("the_next_change_gets_to_every_server", "config-replicator-group-not-extended"),
    ("every_pool_has_a_name_of_its_own", "new-pool-web-not-published"),
    ("every_step_of_the_plan_is_carried_out", "cms-moved-over-failing-enable-step"),
    ("legacy_pools_serve_again_after_going_back", "pool-quorum-lost-in-maintenance"),
    ("pools_that_are_removed_are_empty", "moved-before-first-user-sync"),
    ("servers_of_a_pool_are_alike", "derived-mixed-builds-inside-new-pool"),
    ("services_have_left_the_pools_that_go", "unassigned-number-range-on-legacy"),
)


@pytest.mark.parametrize(("identity", "check", "checkpoint"), NOTICED, ids=[row[0] for row in NOTICED])
def test_a_fault_is_noticed_where_it_can_first_be_seen(identity: str, check: str, checkpoint: str) -> None:
    scored = kill_matrix.score_of(FAULTS[identity])

    assert scored.tried, f"none of {kill_matrix.FAMILY.size} deployments can have it"
    assert not scored.crashes
    assert scored.is_killed, [(each.check, each.is_about, each.subject) for each in scored.notices]
    own = {each.check.split("::")[-1]: each for each in scored.notices if each.clause == scored.clause}
    assert check in own, f"noticed by {sorted(own)}"
    assert own[check].is_about, own[check].subject
    assert own[check].checkpoint == checkpoint
    assert kill_matrix.row_of(FAULTS[identity]) in PAGE.read_text("utf-8"), "stale: python docs/generate.py"


@pytest.mark.parametrize(("identity", "check"), [row[:2] for row in NOTICED], ids=[row[0] for row in NOTICED])
def test_a_fault_is_noticed_wherever_it_is_made(identity: str, check: str) -> None:
    about = [each for each in kill_matrix.checks() if each.name == check]
    fixtures: dict[str, dict[str, object]] = {each.id: {} for each in about}

    scored = score(FAULTS[identity], itertools.islice(able(FAULTS[identity]), TRIED), about, fixtures)

    assert sum(each.deployments for each in scored.notices if each.is_about) == scored.tried


def test_every_fault_stands_here() -> None:
    assert [row[0] for row in NOTICED] == [fault.id for fault in FAULTS]


def test_the_page_names_every_fault_and_no_other() -> None:
    rows = [line.split("|")[1].strip() for line in PAGE.read_text("utf-8").splitlines() if line[:3] == "| `"]

    assert sorted(rows) == sorted(
        f"`{identity}`" for identity in (*(fault.id for fault in FAULTS), *FAULTS.excluded)
    )


def test_sound_deployments_are_complained_about_by_nobody() -> None:
    said = [
        (place.label, check.id, broken.subject)
        for trial in list(kill_matrix.sound())[:4]
        for place in trial.places
        for check in kill_matrix.checks()
        if check.applies_at(place)
        for broken in trial.ask(check, place).broken
    ]

    assert not said


@pytest.mark.parametrize(("name", "identity"), ALSO_BROKEN, ids=[row[0] for row in ALSO_BROKEN])
def test_a_check_that_no_row_above_names_is_broken_by_a_fault(name: str, identity: str) -> None:
    about = [each for each in kill_matrix.checks() if each.name == name]
    fixtures: dict[str, dict[str, object]] = {each.id: {} for each in about}

    # A few deployments mostly do; which of its targets a fault hits goes by their number.
    scores = (
        score(FAULTS[identity], itertools.islice(kill_matrix.sound(), most), about, fixtures)
        for most in (TRIED, kill_matrix.FAMILY.size)
    )

    assert any(each.is_about for scored in scores for each in scored.notices)


def test_no_built_in_check_is_vacuous() -> None:
    broken = {row[1] for row in NOTICED} | {row[0] for row in ALSO_BROKEN}

    assert {each.name for each in kill_matrix.checks()} == broken
