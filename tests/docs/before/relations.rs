use blog::{Post, User, posts, users};
let (blog, jane, post) = a_blog().await?;
let id = jane.id;
let author = jane.id;
let at_hand = [post];
let tx = blog.begin().await?;
