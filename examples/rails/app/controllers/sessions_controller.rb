class SessionsController < ApplicationController
  def new; end

  def create
    customer = Customer.authenticate(params[:name].to_s, params[:password].to_s)
    return redirect_to new_session_path, alert: "This name and password do not match." unless customer

    reset_session
    session[:customer_id] = customer.id
    redirect_to root_path
  end

  def destroy
    reset_session
    redirect_to new_session_path
  end
end
