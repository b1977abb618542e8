//! A server that shows the demo from its first minute.

use outlay_store::{User, Workspace};

use crate::auth::token;
use crate::guard::place;
use crate::problem::Problem;
use crate::routes::session;
use crate::serve::Server;

/// Characters of the password that is made up: 64 bits.
const PASSWORD: usize = 16;

/// Who may look at a demo.
#[derive(Debug)]
pub struct Guest {
    /// Address to sign in with.
    pub email: String,
    /// The password, which is stored nowhere.
    pub password: String,
}

impl Server {
    /// Sets a server up that nobody has set up yet, with a workspace into which the demo is being
    /// loaded and a guest who is its admin. `None` where there are users: it is their server.
    ///
    /// # Errors
    /// [`Problem`] when the store fails.
    pub async fn demo(&self) -> Result<Option<Guest>, Problem> {
        let app = &self.app;
        if app.store.users().count().await? > 0 {
            return Ok(None);
        }
        let currency = "EUR".parse().map_err(|error| Problem::internal(&error))?;
        let shop = Workspace { name: "Demo".to_owned(), currency, time_zone: "UTC".to_owned() };
        let email = "demo@localhost".to_owned();
        let password: String = token::random().chars().take(PASSWORD).collect();
        let user = User { email: email.clone(), name: "Guest".to_owned(), disabled: false };
        let user = session::found(app, shop, user, password.clone()).await?;
        if let Some((workspace, _)) = place(app, user.id, None).await? {
            session::begin_demo(app, workspace, user.id).await?;
        }
        Ok(Some(Guest { email, password }))
    }
}
