"""Who may do what in catalog, and on what: the whole table."""

from shared.kernel.access import OPERATIONS, Policy, Role, Scope, everyone_with_an_account

COORDINATOR, OPERATOR = Role.COORDINATOR, Role.OPERATOR
ANY = Scope.ANY
SPEAKERS = {
    Role.OFFICER: Scope.OWN_TOWNSHIP,
    Role.CLERK: Scope.OWN_TOWNSHIP,
    Role.LEADER: Scope.OWN_TEAM,
}
"""Who is asked what they think of a draft of the menu."""

KEEPERS = {
    COORDINATOR: ANY,
    Role.OFFICER: Scope.OWN_TOWNSHIP,
    Role.LEADER: Scope.OWN_TEAM,
}
"""Who keeps the contacts of agencies, teams and townships: the corps all, the others their own."""

POLICY = Policy(
    {
        "read_tasks": everyone_with_an_account() | SPEAKERS,
        "take_task": {COORDINATOR: ANY},
        "hand_task_over": {COORDINATOR: ANY},
        "give_task_back": {COORDINATOR: ANY},
        "read_coordinators": {COORDINATOR: ANY},
        "enter_directory": {COORDINATOR: ANY},
        "merge_entries": {COORDINATOR: ANY},
        # A leader imports what a leader may enter by hand: the own team's volunteers.
        "import_directory": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "read_directory": everyone_with_an_account(),
        # By least need: a township's contacts are for the corps and itself, a team's likewise. Teams find whom they may
        # call at a stop with the order.
        "read_contacts": {
            COORDINATOR: ANY,
            Role.OFFICER: Scope.OWN_TOWNSHIP,
            Role.LEADER: Scope.OWN_TEAM,
            Role.AUDITOR: ANY,
        },
        "enter_contact": KEEPERS,
        "reveal_contact": KEEPERS,
        "export_contact": {COORDINATOR: ANY},
        "draft_edition": {COORDINATOR: ANY},
        "publish_edition": {COORDINATOR: ANY},
        "hold_consultation": {COORDINATOR: ANY},
        # The corps enters what it is told by telephone or letter.
        "give_opinion": SPEAKERS | {COORDINATOR: ANY},
        "read_opinions": SPEAKERS | {COORDINATOR: ANY, Role.AUDITOR: ANY},
        "count_opinions": {COORDINATOR: ANY, Role.AUDITOR: ANY},
        "answer_opinions": {COORDINATOR: ANY},
        # Everybody sees windows; who holds a post is for the corps, the window's team and the person.
        "read_windows": everyone_with_an_account(),
        "enter_windows": {COORDINATOR: ANY},
        "keep_posts": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "read_posts": dict.fromkeys((COORDINATOR, Role.LEADER, Role.VOLUNTEER, Role.AUDITOR), ANY),
        "read_holders": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
            Role.AUDITOR: ANY,
        },
        "make_pledge": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "decide_pledges": {COORDINATOR: ANY},
        "run_programmes": {COORDINATOR: ANY},
        "read_programmes": {COORDINATOR: ANY, Role.LEADER: ANY, Role.AUDITOR: ANY},
        "read_window_stages": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM, Role.AUDITOR: ANY},
        "give_evidence": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "decide_stages": {COORDINATOR: ANY},
        "issue_badges": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "read_badges": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
            Role.AUDITOR: ANY,
        },
        "print_badges": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "count_badge_checks": {COORDINATOR: ANY, Role.AUDITOR: ANY},
        "read_honours": everyone_with_an_account(),
        "nominate": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "decide_honours": {COORDINATOR: ANY},
        # The corps enters what a resident said to it.
        "object_to_honour": dict.fromkeys((*SPEAKERS, COORDINATOR), ANY),
        "read_objections": SPEAKERS | {COORDINATOR: ANY, Role.AUDITOR: ANY},
        "open_survey": {COORDINATOR: ANY},
        "read_survey": {COORDINATOR: ANY, Role.AUDITOR: ANY},
        "take_over_survey": {COORDINATOR: ANY},
        "read_survey_replies": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM, Role.AUDITOR: ANY},
        "answer_survey": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "read_wished_items": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM, Role.AUDITOR: ANY},
        "offer_wished_item": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "enter_wished_item": {COORDINATOR: ANY},
        "change_campaigns": {COORDINATOR: ANY},
        "read_campaigns": everyone_with_an_account(),
        "read_editions": everyone_with_an_account(),
        "administer_accounts": {COORDINATOR: ANY, OPERATOR: ANY},
        "read_own_account": everyone_with_an_account(),
        "name_own_account": everyone_with_an_account(),
        "change_own_password": everyone_with_an_account(),
        "change_own_second_factor": everyone_with_an_account(),
        "register_volunteer": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "correct_volunteer": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "note_service": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "grant_qualification": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "revoke_qualification": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "read_volunteers": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
            Role.AUDITOR: ANY,
        },
        "reveal_volunteer": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "read_records": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
            Role.AUDITOR: ANY,
        },
        "issue_certificate": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "withdraw_certificate": {COORDINATOR: ANY},
        "read_window_figures": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.AUDITOR: ANY,
        },
        # Of windows, never of persons; leaders see how theirs stand among their like.
        "compare_windows": {COORDINATOR: ANY, Role.LEADER: ANY, Role.AUDITOR: ANY},
        "enter_window_figures": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "read_activities": everyone_with_an_account(),
        "arrange_activity": {COORDINATOR: ANY},
        # Others who take part are numbers in counts, no list.
        "read_registrations": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
            Role.AUDITOR: ANY,
        },
        "register_participants": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "note_attendance": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "give_photo": {COORDINATOR: ANY},
        # On paper for a stop: the names of who stands there.
        "print_sheets": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "keep_courses": {COORDINATOR: ANY},
        "read_courses": {
            COORDINATOR: ANY,
            Role.LEADER: ANY,
            Role.VOLUNTEER: ANY,
            Role.AUDITOR: ANY,
        },
        "enrol": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        # Who takes part, who was there and how tests went: of others only to the corps and the own team's leader.
        "read_enrolments": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
            Role.AUDITOR: ANY,
        },
        # It prints a name.
        "print_course_certificate": {
            COORDINATOR: ANY,
            Role.LEADER: Scope.OWN_TEAM,
            Role.VOLUNTEER: Scope.SELF,
        },
        "note_course_attendance": {COORDINATOR: ANY, Role.LEADER: Scope.OWN_TEAM},
        "check_in_to_session": {Role.VOLUNTEER: Scope.SELF},
        "read_questions": {COORDINATOR: ANY},
        "sit_test": {Role.VOLUNTEER: Scope.SELF},
        "export_person": {COORDINATOR: ANY, Role.VOLUNTEER: Scope.SELF},
        "erase_person": {COORDINATOR: ANY, Role.VOLUNTEER: Scope.SELF},
        "read_person_requests": {COORDINATOR: ANY, Role.VOLUNTEER: Scope.SELF, Role.AUDITOR: ANY},
        **OPERATIONS,
    },
    public=frozenset(
        {
            "probe",
            "show_consultation",
            "speak_as_resident",
            "sign_in",
            "accept_invitation",
            "exchange_token",
            "revoke_own_token",
            "end_session",
            "read_keys",
            "read_open_menu",
            "verify_certificate",
            "show_activity",
            "verify_badge",
            "show_honours",
            "verify_course_certificate",
        }
    ),
)
