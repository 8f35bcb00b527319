use blog::{Post, User, posts, users};
let (blog, jane, post) = a_blog().await?;
let id = jane.id;
