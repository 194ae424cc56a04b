"""Which built-in check holds which of the guide's assertions, and which assertions are left out, and why.

The rows are those of the migration facts, section 9. `assertions.md` is made from this; a test holds that
every row is here once, and that every check is one of ours.
"""

from __future__ import annotations

from typing import Final

#: Names of checks by row.
ASSERTIONS: Final[dict[str, tuple[str, ...]]] = {
    # ------------------------------------------------ topology
    "versions-max-two-generations": ("generations_may_stand_side_by_side",),
    "version-pair-supported": ("generations_may_stand_side_by_side",),
    "s19-no-l10-legacy": ("generations_may_stand_side_by_side",),
    "pool-single-version": ("servers_of_a_pool_run_one_version", "servers_of_a_pool_are_alike"),
    "pool-single-os": ("servers_of_a_pool_are_alike",),
    "pool-fqdn-unique": ("every_pool_has_a_name_of_its_own", "the_new_version_is_in_the_topology"),
    "sql-instance-not-shared": (
        "user_stores_have_an_instance_of_their_own",
        "the_new_version_is_in_the_topology",
    ),
    "legacy-mediation-collocated": ("legacy_mediation_is_collocated_before_the_pilot",),
    "ad-prepared": ("active_directory_is_prepared", "the_new_version_is_in_the_topology"),
    "cms-enable-topology-first": (
        "the_central_management_store_can_be_moved",
        "exactly_one_master_takes_changes",
    ),
    "cms-front-end-started": (
        "the_central_management_store_can_be_moved",
        "nothing_names_a_pool_that_is_removed_next",
    ),
    "cms-before-pool-removal": ("nothing_names_a_pool_that_is_removed_next",),
    "rollback-legacy-alive": ("legacy_pools_serve_again_after_going_back",),
    "sba-readded": (
        "services_have_left_the_pools_that_go",
        "nothing_names_a_pool_that_is_removed_next",
    ),
    "pairing-same-version": ("paired_pools_can_take_over_from_each_other",),
    "mirroring-not-on-s19": ("no_mirror_stands_under_2019_or_later",),
    "legacy-pool-empty": (
        "pools_that_are_removed_are_empty",
        "services_have_left_the_pools_that_go",
        "nothing_names_a_pool_that_is_removed_next",
    ),
    "supported-lifecycle": ("the_newest_version_is_in_support",),
    # ------------------------------------------------ names
    "pilot-dns-exists": ("every_pool_has_an_address",),
    "dns-srv-updated": (
        "every_sip_domain_leads_to_a_pool_that_answers",
        "nothing_names_a_pool_that_is_removed_next",
    ),
    "dns-srv-not-early": ("sign_in_records_wait_for_everybody",),
    "autodiscover-returns-home-pool": ("autodiscover_sends_everybody_home",),
    # ------------------------------------------------ services
    "services-started-legacy": ("every_expected_service_runs", "every_pool_comes_up"),
    "services-started-new": ("every_expected_service_runs", "every_pool_comes_up"),
    "cms-local-setup-done": ("every_expected_service_runs",),
    "sessions-drained": ("pools_are_stopped_before_they_are_removed",),
    # ------------------------------------------------ sites
    "site-manageable-new-tools": ("every_site_can_be_administered", "every_pool_can_be_administered"),
    "no-legacy-tool-on-mixed-topology": (
        "every_administrator_has_the_newest_tools",
        "the_new_version_is_in_the_topology",
        "no_pool_is_dropped_by_publishing",
        "no_setting_is_lost_to_old_tools",
    ),
    "cms-replicas-uptodate": (
        "every_replica_is_up_to_date",
        "the_next_change_gets_to_every_server",
        "no_server_routes_by_an_old_map",
    ),
    "cms-single-master": ("exactly_one_master_takes_changes", "the_next_change_gets_to_every_server"),
    "cms-old-db-after-stable": ("exactly_one_master_takes_changes", "the_configuration_is_whole"),
    "user-move-new-tools": (
        "people_can_be_moved_to_the_new_version",
        "everybody_who_was_to_move_has_moved",
    ),
    # ------------------------------------------------ data
    "user-replication-complete": ("new_pools_know_every_account", "everybody_who_was_to_move_has_moved"),
    "user-move-target-registrar": ("everybody_who_was_to_move_has_moved",),
    "user-move-no-force": ("contact_lists_can_be_read", "every_scheduled_meeting_can_be_joined"),
    "rollback-ucs-before-move": ("contact_lists_can_be_read",),
    "archiving-own-version-only": ("archiving_goes_on_for_everybody", "calls_go_on_being_reported"),
    "archiving-removed-last": ("archiving_goes_on_for_everybody", "calls_go_on_being_reported"),
    # ------------------------------------------------ capacity
    "capacity-pool-within-limit": ("pools_hold_the_people_homed_on_them",),
    # ------------------------------------------------ messaging
    "user-communicates-cross-version": (
        "legacy_and_current_users_reach_each_other",
        "everybody_sees_whether_others_are_there",
        "people_call_and_show_each_other_their_screens",
        "a_third_person_can_be_invited_across_generations",
    ),
    # ------------------------------------------------ clients
    "user-client-signin-supported": ("everybody_can_sign_in_with_their_client",),
    "mcx-client-on-s19": ("everybody_can_sign_in_with_their_client",),
    "rollback-clients-downgraded": ("no_upgraded_client_is_left_after_going_back",),
    # ------------------------------------------------ policies
    "conferencing-policy-kept": ("nobody_gets_another_conferencing_policy",),
    "conferencing-anonymous-allowed": (
        "moved_organizers_can_have_federated_guests",
        "people_of_partners_get_into_meetings",
    ),
    # ------------------------------------------------ meetings
    "meeting-url-and-id-stable": (
        "invitations_keep_their_link_and_conference_id",
        "meetings_open_by_their_link",
    ),
    "meeting-host-follows-organizer": (
        "every_scheduled_meeting_can_be_joined",
        "people_on_every_pool_can_join_every_meeting",
    ),
    "meeting-content-moved": ("meeting_content_moves_with_its_organizer",),
    "pin-survives-move": ("organizers_keep_their_pin",),
    "anonymous-join-works": ("anonymous_participants_get_in",),
    "dialin-directory-owner-alive": ("every_conference_directory_in_use_has_a_living_owner",),
    "dialin-directories-moved": (
        "no_conference_directory_is_left_behind",
        "nothing_names_a_pool_that_is_removed_next",
    ),
    "dialin-directory-new-shell": (
        "invitations_keep_their_link_and_conference_id",
        "meetings_can_be_dialled_into",
    ),
    "dialin-directory-no-force": (
        "invitations_keep_their_link_and_conference_id",
        "meetings_can_be_dialled_into",
    ),
    "dialin-numbers-moved": (
        "services_have_left_the_pools_that_go",
        "nothing_names_a_pool_that_is_removed_next",
        "meetings_can_be_dialled_into",
    ),
    "dialin-region-in-dialplan": ("every_access_number_is_offered_somewhere",),
    "rollback-new-meetings-flagged": ("no_meeting_is_lost_by_going_back",),
    "simpleurl-target-alive": ("every_simple_url_leads_to_a_living_pool",),
    "simpleurl-enable-computer": (
        "every_simple_url_leads_to_a_living_pool",
        "meetings_open_by_their_link",
    ),
    # ------------------------------------------------ edge
    "federation-single-edge": ("at_most_one_edge_pool_federates",),
    "federation-legacy-until-p6": ("external_traffic_stays_on_the_legacy_edge",),
    "federation-route-every-site": (
        "every_site_routes_to_the_edge_that_federates",
        "partners_reach_users_of_both_generations",
    ),
    "federation-distinct-fqdn": ("an_edge_with_a_single_name_goes_first",),
    "federation-legacy-access-edge-stopped": ("the_legacy_access_edge_is_stopped",),
    "edge-nexthop-valid": ("every_edge_hands_to_a_living_next_hop",),
    "xmpp-users-on-legacy": (
        "people_with_xmpp_contacts_keep_them",
        "nobody_is_moved_away_from_their_xmpp_contacts",
    ),
    "xmpp-not-for-sba-users": ("people_with_xmpp_contacts_keep_them",),
    # ------------------------------------------------ applications
    "pchat-users-on-legacy": ("people_reach_their_chat_rooms",),
    "groupchat-own-version-pool": ("every_chat_pool_hangs_off_its_own_version",),
    "rgs-app-on-target": (
        "response_groups_answer_callers_of_both_generations",
        "services_have_left_the_pools_that_go",
    ),
    "rgs-legacy-copy-kept": ("response_groups_answer_callers_of_both_generations",),
    "rgs-all-migrated": (
        "services_have_left_the_pools_that_go",
        "nothing_names_a_pool_that_is_removed_next",
    ),
    "rollback-rgs-contacts-back": ("response_groups_are_back_on_legacy_pools",),
    "callpark-no-legacy-orbit": (
        "services_have_left_the_pools_that_go",
        "nothing_names_a_pool_that_is_removed_next",
        "parked_calls_find_their_orbit",
    ),
    "trustedapp-nexthop-new": (
        "services_have_left_the_pools_that_go",
        "trusted_applications_answer",
    ),
    "trustedapp-app-on-target": ("trusted_applications_answer",),
    "devices-moved": (
        "services_have_left_the_pools_that_go",
        "nothing_names_a_pool_that_is_removed_next",
        "phones_and_devices_can_be_called",
    ),
    "cac-not-on-legacy": (
        "nothing_names_a_pool_that_is_removed_next",
        "call_admission_control_decides",
    ),
    "um-mailbox-order": ("unanswered_calls_end_in_voice_mail",),
}

_IN_PLACE: Final = "in-place upgrades are not modelled: only side-by-side migrations are planned"

#: Rows that no check holds, and why.
LEFT_OUT: Final[dict[str, str]] = {
    "inplace-path-allowed": _IN_PLACE,
    "inplace-services-running": _IN_PLACE,
    "inplace-order": _IN_PLACE,
    "pilot-no-edge-at-definition": (
        "the pool is defined between two checkpoints; at the next one the guide itself has it associated "
        "with the legacy Edge"
    ),
    "backup-and-inventory-exist": (
        "a backup is in no export, and nothing in the model is brought back from one"
    ),
    "legacy-updated": (
        "no document says from which build on a legacy server may take part; that the servers of one pool "
        "are on one build is held"
    ),
    "tools-not-cohosted": (
        "no export lists what is installed on administrators' computers; that whoever is described has the "
        "newest tools is held"
    ),
    "standard-sql-store-removed": (
        "SQL Server stores are no objects of their own here: a pool names its instance, and the name goes "
        "with it"
    ),
    "db-removed-after-publish": (
        "the databases of a removed pool are in no export and nobody misses them; the guide's plan has the "
        "order"
    ),
    "client-filter-set": (
        "which updates each client has is in no export; the filter is judged by whom it keeps out "
        "(everybody_can_sign_in_with_their_client)"
    ),
    "federation-order": (
        "the order of the sub-steps of one window leaves no trace at its end; each night that ends early is "
        "rehearsed, and what it leaves behind is found by the promises about federation"
    ),
}
