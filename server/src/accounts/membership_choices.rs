//! The desks in which an account stays when its holder takes it over.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::AcceptError;
use crate::agents::{self, AgentError, Membership};
use crate::ids::{AgentId, DeskId};

/// For each desk of an unproved account, whether the holder stays a member. Only the holder makes this
/// choice; there is no default.
#[derive(Clone, Debug, Default)]
pub struct MembershipChoices(BTreeMap<DeskId, bool>);

impl MembershipChoices {
    /// Reads choices such as `stay ID` and `leave ID`.
    pub fn parse<'text>(choices: impl IntoIterator<Item = &'text str>) -> Option<Self> {
        let choice = |text: &str| match text.split_once(' ') {
            Some(("stay", desk)) => Some((DeskId::parse(desk)?, true)),
            Some(("leave", desk)) => Some((DeskId::parse(desk)?, false)),
            _ => None,
        };
        choices.into_iter().map(choice).collect::<Option<_>>().map(Self)
    }

    /// Tells whether the holder chose to stay in the desk or to leave it; `None` without a choice.
    pub fn of(&self, desk: &DeskId) -> Option<bool> {
        self.0.get(desk).copied()
    }

    /// Tells whether there is a choice for each of the desks.
    pub fn cover(&self, memberships: &[Membership]) -> bool {
        memberships.iter().all(|membership| self.0.contains_key(&membership.desk))
    }

    /// Ends the memberships that the holder chose to leave.
    pub(super) async fn settle(
        &self,
        connection: &mut AnyConnection,
        agent: &AgentId,
    ) -> Result<(), AcceptError> {
        let memberships = agents::memberships_in(connection, agent).await?;
        if !self.cover(&memberships) {
            return Err(AcceptError::Changed);
        }
        let mut left: Vec<_> = memberships
            .iter()
            .filter(|membership| self.of(&membership.desk) == Some(false))
            .collect();
        // The fixed order makes deadlocks between two requests rare.
        left.sort_by(|one, other| one.desk.cmp(&other.desk));
        for membership in left {
            let removed = agents::remove_in(connection, &membership.desk, agent).await;
            removed.map_err(|error| match error {
                AgentError::LastOwner => AcceptError::LastOwner(membership.desk_name.clone()),
                AgentError::Store(error) => error.into(),
                _ => AcceptError::Changed,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::MembershipChoices;
    use crate::ids::DeskId;

    #[test]
    fn a_choice_names_a_desk_and_there_is_no_default_choice() {
        let choices = MembershipChoices::parse(["stay a", "leave b"]).expect("they are choices");
        let of = |id| choices.of(&DeskId::parse(id).expect("it is an id"));
        assert_eq!((of("a"), of("b"), of("c")), (Some(true), Some(false), None));
        for text in ["", "stay", "keep a", "stay a b"] {
            assert!(MembershipChoices::parse([text]).is_none(), "{text:?}");
        }
    }
}
