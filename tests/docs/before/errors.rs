use blog::{Post, User, posts, users};
let (blog, jane, post) = a_blog().await?;
let id = jane.id;
let user = User { id: blog::UserId(keyloom::Uuid::now_v7()), email: "joe@example.com".into(), ..jane };
